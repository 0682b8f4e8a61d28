SwaggerUIBundle({
  dom_id: '#docs',
  url: '/openapi.json',
  // Else the document would be sent to a validator on the internet.
  validatorUrl: 'none',
  // The access key is in this page's memory alone: closing the page forgets it.
  persistAuthorization: false,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
});
