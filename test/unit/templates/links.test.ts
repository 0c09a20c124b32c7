import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emailLinkPlan } from '../../../shared/domain/templates/email-links.ts';
import {
  linksInText,
  textLinkPlan,
  urlLinkPlan,
  webTarget,
} from '../../../shared/domain/templates/links.ts';

const email = (html: string, text = '') => ({ subject: 'Spring', html, text });

/** The HTML with each link in the place of its number, such as `https://l/1`. */
function numbered(html: string, text = ''): { html: string; text: string; targets: string[] } {
  const plan = emailLinkPlan(email(html, text));
  const urls = plan.targets.map((_, index) => `https://l/${index + 1}`);
  return { ...plan.withUrls(urls), targets: [...plan.targets] };
}

describe('the links of an email', () => {
  it.each([
    ['<a href="https://a.b">x</a>', '<a href="https://l/1">x</a>'],
    [
      "<A\n CLASS=k HREF = 'https://a.b' id=1>x</A>",
      "<A\n CLASS=k HREF = 'https://l/1' id=1>x</A>",
    ],
    ['<a href=https://a.b/?x=y>x</a>', '<a href="https://l/1">x</a>'],
    ['<a href=https://a.b target=_blank>x</a>', '<a href="https://l/1" target=_blank>x</a>'],
    ['<a href=" https://a.b\n/c ">x</a>', '<a href="https://l/1">x</a>'],
    ['<map><area href="https://a.b"></map>', '<map><area href="https://l/1"></map>'],
    [
      '<a href="https://a.b" href="https://c.d">x</a>',
      '<a href="https://l/1" href="https://c.d">x</a>',
    ],
    ['<a title="a > b" href="https://a.b"/>', '<a title="a > b" href="https://l/1"/>'],
    [
      '<!--[if !mso]><!--><a href="https://a.b">x</a><!--<![endif]-->',
      '<!--[if !mso]><!--><a href="https://l/1">x</a><!--<![endif]-->',
    ],
    ['<p>1 < 2 <a href="https://a.b">&nbsp;</p>', '<p>1 < 2 <a href="https://l/1">&nbsp;</p>'],
  ])('%s', (html, expected) => {
    expect(numbered(html).html).toBe(expected);
  });

  it.each([
    '<a href="mailto:a@b.c">x</a>',
    '<a href="tel:+37120000000">x</a>',
    '<a href="#top">x</a>',
    '<a href="/relative">x</a>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="https://">x</a>',
    '<a href>x</a>',
    '<a href="">x</a>',
    '<a data-href="https://a.b">x</a>',
    '<link href="https://a.b"><img src="https://a.b"><base href="https://a.b">',
    '<!-- <a href="https://a.b">x</a> -->',
    '<!--[if mso]><v:roundrect href="https://a.b"></v:roundrect><![endif]-->',
    '<script>"<a href=https://a.b>"</script><style>a[href="https://a.b"]{}</style>',
    '<title><a href="https://a.b"></title>',
    '<a href="https://a.b',
  ])('leaves %s as it is', (html) => {
    expect(numbered(html)).toMatchObject({ html, targets: [] });
  });

  it('reads entities as a browser does, and writes an address so that it is read again', () => {
    const html = '<a href="https://a.b/?x=1&amp;y=2&#38;z=&quot;&copy=3">x</a>';
    const plan = emailLinkPlan(email(html));
    expect(plan.targets).toEqual(['https://a.b/?x=1&y=2&z="&copy=3']);
    const again = plan.withUrls([`https://l/?a="b"&c=<d>'e'&copy=3`]);
    expect(again.html).toBe(
      '<a href="https://l/?a=&quot;b&quot;&amp;c=&lt;d&gt;&#39;e&#39;&amp;copy=3">x</a>',
    );
    expect(emailLinkPlan(again).targets).toEqual([`https://l/?a="b"&c=<d>'e'&copy=3`]);
  });

  it('have the same number wherever they stand, in the HTML and in the text', () => {
    const html =
      '<a href="https://a.b">1</a><a href="https://c.d/">2</a><a href="https://a.b">1</a>';
    const {
      text,
      targets,
      html: after,
    } = numbered(html, 'One (https://a.b), two: https://c.d/. Three <https://e.f/g_(h)>');
    expect(targets).toEqual(['https://a.b', 'https://c.d/', 'https://e.f/g_(h)']);
    expect(after).toBe(
      '<a href="https://l/1">1</a><a href="https://l/2">2</a><a href="https://l/1">1</a>',
    );
    expect(text).toBe('One (https://l/1), two: https://l/2. Three <https://l/3>');
  });

  it('keep their address where none is given', () => {
    const html = '<a href="https://a.b">1</a><a href="https://c.d">2</a>';
    expect(emailLinkPlan(email(html)).withUrls([undefined, 'https://l/2']).html).toBe(
      '<a href="https://a.b">1</a><a href="https://l/2">2</a>',
    );
  });

  it('are joined by one that only machines find, at the end of the body', () => {
    const { html } = emailLinkPlan(
      email('<body><a href="https://a.b">1</a></body></html>'),
    ).withUrls(['https://l/1'], 'https://l/hidden');
    const hidden = /<a href="https:\/\/l\/hidden"[^>]*><\/a>/.exec(html)?.[0] ?? '';
    expect(html).toBe(`<body><a href="https://l/1">1</a>${hidden}</body></html>`);
    expect(hidden).toContain('rel="nofollow" aria-hidden="true" tabindex="-1"');
    expect(hidden).toContain('display:none');
  });

  it.each(['<p>x', '<p>x<!-- never closed', '<p>x<a href="https://a.b" ', ''])(
    'a hidden one breaks nothing in %s',
    (html) => {
      const hidden = emailLinkPlan(email(html)).withUrls([], 'https://l/h').html;
      expect(hidden.replace(/<a href="https:\/\/l\/h".*<\/a>/, '')).toBe(html);
    },
  );

  it('are all that changes, whatever the HTML', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '<a href="',
        "<a href='",
        '<a href=',
        '">',
        "'>",
        '>',
        '</a>',
        '<!--',
        '-->',
        '<b title="',
        '&amp;',
        '&',
        '<script>',
        '</script>',
        '</body>',
        ' ',
        '=',
        '<',
        '<area href="',
      ),
      fc.webUrl(),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        const html = pieces.join('');
        const plan = emailLinkPlan(email(html));
        // Led to where they lead already, nothing changes but how they are written.
        expect(emailLinkPlan(plan.withUrls(plan.targets)).targets).toEqual(plan.targets);
        expect(plan.withUrls([]).html).toBe(html);
        const marks = plan.targets.map((_, index) => `https://mark/${index}/`);
        const rest = plan.withUrls(marks).html.split(/"?https:\/\/mark\/\d+\/"?/);
        let at = 0;
        for (const part of rest) {
          // An unquoted address gets quotes, so a quote of the original may be gone from the part's edge.
          const found = html.indexOf(part, at);
          expect(found).toBeGreaterThanOrEqual(at);
          at = found + part.length;
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the links of a text', () => {
  it.each([
    ['See https://a.b/c.', ['https://a.b/c']],
    ['(https://a.b/c)', ['https://a.b/c']],
    ['https://a.b/c_(d)!', ['https://a.b/c_(d)']],
    ['HTTP://A.B, and https://c.d?x=1&y=2#z;', ['HTTP://A.B', 'https://c.d?x=1&y=2#z']],
    ['mailto:a@b.c tel:1 www.a.b ftp://a.b', []],
    ['*https://a.b*', ['https://a.b']],
  ])('%s', (text, targets) => {
    expect(linksInText(text).map(({ target }) => target)).toEqual(targets);
  });

  it('are all that changes', () => {
    const sms = { text: 'Sale! https://a.b/c?d=e. Twice: https://a.b/c?d=e', other: 1 };
    const plan = textLinkPlan(sms);
    expect(plan.targets).toEqual(['https://a.b/c?d=e']);
    expect(plan.withUrls(['https://l/1'])).toEqual({
      text: 'Sale! https://l/1. Twice: https://l/1',
      other: 1,
    });
  });

  it('of a push message are the one it opens, unless it opens an app', () => {
    const push = { title: 'Sale', text: 'See https://a.b', url: 'https://a.b/c' };
    expect(urlLinkPlan(push).targets).toEqual(['https://a.b/c']);
    expect(urlLinkPlan(push).withUrls(['https://l/1'])).toEqual({ ...push, url: 'https://l/1' });
    expect(urlLinkPlan(push).withUrls([undefined])).toEqual(push);
    const app = { ...push, url: 'shop://sale' };
    expect(urlLinkPlan(app).withUrls([])).toEqual(app);
  });

  it('lead to the web or are none', () => {
    expect(webTarget(' https://a.b/\r\n')).toBe('https://a.b/');
    expect(webTarget('https:a')).toBeUndefined();
    expect(webTarget('data:text/html,x')).toBeUndefined();
  });
});
