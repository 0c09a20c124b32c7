/** The page behind a link that nobody made here: it leads nowhere, whatever the link says. */
export const linkRefusal = (): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>This link is not valid</title>
<style>
body { font: 1.125rem/1.5 system-ui, sans-serif; color: #1f2328; background: #fff; max-width: 34rem; margin: 4rem auto; padding: 0 1rem; }
</style>
</head>
<body>
<main>
<h1>This link is not valid</h1>
<p>Please open the link in your message again, in full. It may also be too old.</p>
</main>
</body>
</html>
`;
