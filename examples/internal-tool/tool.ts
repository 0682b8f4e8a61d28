import { type Client, ClientError, createClient } from 'pearsana-partner-client';

type Field = (name: string) => string;

let pearsana: Client;

/** What each button does, and what the page says afterwards. */
const tasks: Record<string, (field: Field) => Promise<string>> = {
  async signIn(field) {
    // The key is kept only in this variable, so closing the page forgets it.
    pearsana = createClient({ baseUrl: document.body.dataset.bff ?? '', accessKey: field('key') });
    const { environments } = await pearsana.environments();
    const options = environments.map(({ id, protected: isProtected }) => {
      return new Option(isProtected ? `${id} (protected)` : id, id);
    });
    document.querySelector('select')?.replaceChildren(...options);
    for (const form of document.forms) form.hidden = !form.hidden;
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
      request: {
        email: field('email'),
        identity: { firstName: field('firstName'), lastName: field('lastName') },
        externalReferences: [{ namespace: 'SIS', externalId: field('externalId') }],
      },
    });
    return `Invited in ${environment}: ${result.invitation.invitationId} is ${result.invitation.status}.`;
  },
};

const becameOf = {
  not_sent: 'Nothing was sent.',
  refused: 'Nothing was changed.',
  unknown: 'It may have happened: look in the Pearsana portal before you try again.',
};

function failureWords(error: unknown): string {
  if (!(error instanceof ClientError)) return String(error);
  const { message, outcome, requestId, environment, failure } = error;
  // The BFF's own sentence names a header; people fill in a field.
  const unconfirmed = failure?.code === 'CONFIRMATION_REQUIRED';
  const what = unconfirmed ? `Type “${environment}” to confirm.` : message;
  const words = [outcome && becameOf[outcome], what, requestId && `(request ${requestId})`];
  return words.filter(Boolean).join(' ');
}

document.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { target: form, submitter: button } = event;
  if (!(form instanceof HTMLFormElement && button instanceof HTMLButtonElement)) return;
  const data = new FormData(form);
  const status = document.querySelector('[role=status]') ?? document.body;
  // One click, one invitation.
  button.disabled = true;
  status.textContent = '…';
  // As text: an answer of Pearsana is never markup.
  status.textContent =
    (await tasks[button.value]?.((name) => String(data.get(name) ?? '')).catch(failureWords)) ?? '';
  button.disabled = false;
});
