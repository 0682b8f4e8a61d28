/** Removes the field for the session cookie: the browser sends it by itself, and a script cannot. */
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
  // By default, the document would be sent to a validator on the internet.
  validatorUrl: 'none',
  // The access key stays in this page's memory, so closing the page forgets it.
  persistAuthorization: false,
  plugins: [noFieldForCookies],
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
});
