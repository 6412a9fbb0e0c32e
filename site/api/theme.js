import { MarkdownTheme, MarkdownThemeContext } from 'typedoc-plugin-markdown';

/** The plugin's own theme, but that a signature is not said again as lists of parameters and results of which nothing else is known. */
export class Theme extends MarkdownTheme {
  getRenderContext(page) {
    return new Context(this, page, this.application.options);
  }
}

class Context extends MarkdownThemeContext {
  constructor(theme, page, options) {
    super(theme, page, options);
    Object.assign(this.partials, {
      signature: (model, { headingLevel, hideTitle, multipleSignatures, accessor }) => {
        const comment = multipleSignatures ? model.comment : (model.comment ?? model.parent?.comment);
        const parts = [
          hideTitle ? '' : this.partials.signatureTitle(model, { accessor }),
          comment === undefined ? '' : this.partials.comment(comment, { headingLevel, showTags: false, showSummary: true }),
          this.#parameters(model.parameters ?? []),
        ];
        return parts.filter((part) => part !== '').join('\n\n');
      },
      hierarchy: () => '',
      inheritance: () => '',
    });
  }

  /** Those of which something is said. */
  #parameters(parameters) {
    return parameters
      .filter((parameter) => parameter.hasComment())
      .map(({ name, comment }) => `- \`${name}\`: ${this.helpers.getCommentParts(comment.summary)}`)
      .join('\n');
  }
}
