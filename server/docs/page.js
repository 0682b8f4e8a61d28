/** The browser sends the session's cookie by itself, and no script can: a field for it would be for nothing. */
const noFieldForCookies = {
  statePlugins: {
    auth: {
      wrapSelectors: {
        definitionsToAuthorize:
          (select) =>
          (...of) =>
            select(...of)?.filterNot((scheme) => scheme.some((facts) => facts.get('in') === 'cookie')),
      },
    },
  },
};

SwaggerUIBundle({
  dom_id: '#docs',
  url: '/openapi.json',
  // Else the document would be sent to a validator on the internet.
  validatorUrl: 'none',
  // The access key is in this page's memory alone: closing the page forgets it.
  persistAuthorization: false,
  plugins: [noFieldForCookies],
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
});
