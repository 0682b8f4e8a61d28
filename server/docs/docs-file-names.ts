/** The files of `/docs`: our page, and Swagger UI with its licences. No other file of that package is served. */
export const docsFileNames = [
  'page.html',
  'page.css',
  'page.js',
  'mark.svg',
  'swagger-ui.css',
  'swagger-ui-bundle.js',
  'swagger-ui-bundle.js.LICENSE.txt',
  'LICENSE',
  'NOTICE',
] as const;

export type DocsFileName = (typeof docsFileNames)[number];
