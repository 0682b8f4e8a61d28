// Every address is relative to this page, so that the page also works behind a proxy that serves the BFF below a path.
const at = (path) => new URL(path, location.href).href;

const dark = matchMedia('(prefers-color-scheme: dark)');
const followTheme = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', followTheme);
followTheme();

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

/** As soon as an access key is entered, its environments are offered as a list. */
const listWithKey = {
  statePlugins: {
    auth: {
      wrapActions: {
        authorize: (authorize) => (schemes) => {
          authorize(schemes);
          const key = schemes.accessKey?.value;
          if (key) offerEnvironments({ Authorization: `Bearer ${key}` });
        },
      },
    },
  },
};

let description;
let ui;

async function readJson(path, headers) {
  const answer = await fetch(at(path), { headers });
  return answer.ok ? answer.json() : undefined;
}

/** Replaces the field for the environment by a list of those that the caller may use, if the BFF tells. */
async function offerEnvironments(headers) {
  const found = await readJson('api/environments', headers);
  if (!found || found.environments.length === 0) return;
  const ids = found.environments.map(({ id }) => id);
  const { environment } = description.components.parameters;
  environment.schema = { type: 'string', enum: ids };
  environment.example = ids[0];
  ui.specActions.updateSpec(JSON.stringify(description));
}

async function show() {
  description = await readJson('openapi.json');
  if (!description) throw new Error('There is no description.');
  // The address that this browser reached, whatever the BFF is called behind its proxy.
  description.servers = [{ url: at('.'), description: 'This BFF' }];
  ui = SwaggerUIBundle({
    dom_id: '#docs',
    spec: description,
    // By default, the document would be sent to a validator on the internet.
    validatorUrl: 'none',
    // The access key stays in this page's memory, so closing the page forgets it.
    persistAuthorization: false,
    plugins: [noFieldForCookies, listWithKey],
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
  });
  // A person who signed in with this browser needs no key. Only then may this answer 401.
  const signIn = await readJson('auth/methods');
  if (signIn?.methods.includes('browser')) await offerEnvironments({ 'X-Pearsana-Client': 'docs' });
}

show().catch(() => {
  document.querySelector('.failure').hidden = false;
});
