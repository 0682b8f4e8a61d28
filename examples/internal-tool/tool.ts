import { type Client, createClient } from 'pearsana-partner-client';
import { element, failureWords, say } from './words.js';

type Environment = Awaited<ReturnType<Client['environments']>>['environments'][number];
type Field = (name: string) => string;

let pearsana: Client;
let isBusy = false;
let environments: readonly Environment[] = [];
/** One key for each filled-in form: whoever sends it twice invites once. */
let intention = crypto.randomUUID();

/** What each button does, and what the page says afterwards. */
const tasks: Record<string, (field: Field) => Promise<string>> = {
  async signIn(field) {
    // The key is kept only in this variable, so signing out or closing the page forgets it.
    pearsana = createClient({ baseUrl: document.body.dataset.bff ?? '', accessKey: field('key') });
    ({ environments } = await pearsana.environments());
    document.querySelector('select')?.replaceChildren(...environments.map(({ id }) => new Option(id, id)));
    show({ signedIn: true });
    return 'You are signed in.';
  },

  async ping(field) {
    const { environment, partner } = await pearsana.ping({ environment: field('environment') });
    return `${environment} answered in ${partner.durationMs} ms.`;
  },

  async invite(field) {
    const { environment, result } = await pearsana.createInvitation({
      environment: field('environment'),
      confirm: field('confirm'),
      idempotencyKey: intention,
      request: {
        email: field('email'),
        identity: { firstName: field('firstName'), lastName: field('lastName') },
        externalReferences: [{ namespace: 'SIS', externalId: field('externalId') }],
      },
    });
    const { invitationId, status } = result.invitation;
    const words = `Invited ${field('email')} in ${environment}: ${invitationId} is ${status}.`;
    clear(document.forms.namedItem('invite'));
    return words;
  },
};

/** Empties the fields for the next person, but stays in the environment. */
function clear(form: HTMLFormElement | null): void {
  for (const input of form?.querySelectorAll('input') ?? []) input.value = '';
  intention = crypto.randomUUID();
  showConfirmation();
}

function show({ signedIn }: { signedIn: boolean }): void {
  element('sign-in').hidden = signedIn;
  for (const id of ['invite', 'sign-out']) element(id).hidden = !signedIn;
  showConfirmation();
}

/** Only where real people are reached does the page ask for the environment's name. */
function showConfirmation(): void {
  const form = new FormData(document.forms.namedItem('invite') ?? undefined);
  const name = String(form.get('environment') ?? '');
  const isProtected = environments.some((each) => each.id === name && each.protected);
  const email = String(form.get('email') ?? '') || 'this person';
  element('real').textContent = `This is the real Pearsana (${name}). It sends an e-mail to ${email}.`;
  const label = element('confirmation').querySelector('span');
  if (label) label.textContent = `To invite ${email}, type “${name}”`;
  for (const id of ['real', 'confirmation']) element(id).hidden = !isProtected;
  element('confirmation').querySelector('input')?.toggleAttribute('required', isProtected);
}

document.addEventListener('input', ({ target }) => {
  // What was changed is another invitation. A confirmation changes nothing.
  if (target instanceof HTMLInputElement && target.name !== 'confirm') intention = crypto.randomUUID();
  showConfirmation();
});

element('sign-out').addEventListener('click', () => {
  // Without its client and its fields, the page knows neither the key nor the person.
  location.reload();
});

document.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { target: form, submitter: button } = event;
  if (!(form instanceof HTMLFormElement && button instanceof HTMLButtonElement)) return;
  if (isBusy) return;
  const data = new FormData(form);
  isBusy = true;
  button.disabled = true;
  say('…');
  say((await tasks[button.value]?.((name) => String(data.get(name) ?? '')).catch(failureWords)) ?? '');
  isBusy = false;
  button.disabled = false;
});
