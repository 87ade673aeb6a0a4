/** Shows the calls; an API key that is typed in stays in the page. */
globalThis.SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#calls',
  // Without it the page would ask a service of the makers whether the document is right.
  validatorUrl: null,
});
