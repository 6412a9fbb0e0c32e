const integer = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export const perSecond = (value) => `${integer.format(value)}/s`;
export const microseconds = (value) => `${integer.format(value)} µs`;
export const percent = (value) => `${integer.format(value * 100)} %`;
export const bytes = (value) => `${integer.format(value)} B`;
export const mebibytes = (value) => `${(value / 1024 / 1024).toFixed(1)} MiB`;
export const milliseconds = (value) => `${value.toFixed(1)} ms`;
export const millisecondsPerSecond = (value) => `${value.toFixed(2)} ms/s`;
