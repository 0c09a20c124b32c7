/** The pages behind the unsubscribe link: small, self-contained, readable without style or script. */
type Page = { readonly title: string; readonly body: string };

const shell = ({ title, body }: Page): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<style>
body { font: 1.125rem/1.5 system-ui, sans-serif; color: #1f2328; background: #fff; max-width: 34rem; margin: 4rem auto; padding: 0 1rem; }
button { font: inherit; padding: .6rem 1.2rem; border: 0; border-radius: .4rem; color: #fff; background: #1a4f8b; cursor: pointer; }
button:focus-visible { outline: 3px solid #e3a008; outline-offset: 2px; }
</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
</body>
</html>
`;

const channelWords: Readonly<Record<string, string>> = { email: 'emails', sms: 'text messages' };

/** "emails about offers", escaped. */
const subjectOf = (topic: string, channel: string): string =>
  escapeHtml(`${channelWords[channel] ?? 'messages'} about ${topic}`);

/** Asks; reading it changes nothing, because mail scanners open links. The form posts to the page's own address. */
export const unsubscribeQuestion = (topic: string, channel: string): string =>
  shell({
    title: 'Unsubscribe',
    body: `<p>Press the button and you will get no more ${subjectOf(topic, channel)}.</p>
<form method="post"><button type="submit">Unsubscribe</button></form>`,
  });

export const unsubscribeConfirmation = (topic: string, channel: string): string =>
  shell({
    title: 'You are unsubscribed',
    body: `<p role="status">You will get no more ${subjectOf(topic, channel)}. You can close this page.</p>`,
  });

/** Behind the link of a test message. */
export const unsubscribeOfTest = (): string =>
  shell({
    title: 'This was a test message',
    body: '<p>Its links to unsubscribe change nothing. Those of real messages do.</p>',
  });

export const unsubscribeRefusal = (): string =>
  shell({
    title: 'This link is not valid',
    body: '<p>Please open the link in your message again, in full. Nothing has been changed.</p>',
  });

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
