/** What is traded on this market. */
export interface Listing {
  readonly symbol: string;
  readonly name: string;
  /** What it usually costs; its price wanders around this. */
  readonly usual: number;
  /** How far it moves in one step, as a part of its price. */
  readonly volatility: number;
}

export const LISTINGS: readonly Listing[] = [
  { symbol: 'HERD', name: 'Longhorn Cattle', usual: 182.4, volatility: 0.0011 },
  { symbol: 'LASSO', name: 'Rawhide Ropes', usual: 41.75, volatility: 0.0019 },
  { symbol: 'SPUR', name: 'Silver Spurs', usual: 318.2, volatility: 0.0008 },
  { symbol: 'BOOT', name: 'Dusty Boots', usual: 96.1, volatility: 0.0014 },
  { symbol: 'HAY', name: 'Prairie Hay', usual: 12.35, volatility: 0.0024 },
  { symbol: 'BEAN', name: 'Campfire Beans', usual: 27.8, volatility: 0.0017 },
];
