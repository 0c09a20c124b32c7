import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Engine } from 'mrml/web/mrml_wasm.js';
import * as z from 'zod';
import { elementFault } from '../../domain/templates/mjml-elements.ts';
import { type PlainMjml, withoutLiquid } from '../../domain/templates/mjml-source.ts';

/** The compiler as WebAssembly. */
const wasm = 'mrml/web/mrml_wasm_bg.wasm';

let compiler: Promise<Engine> | undefined;

/** Loaded when it is first needed: no other request waits for it. */
async function loadCompiler(): Promise<Engine> {
  const { Engine, initSync } = await import('mrml/web/mrml_wasm.js');
  initSync({ module: await compilerBytes() });
  return new Engine();
}

/** From its package; a bundle has no packages, but the file stands beside it. */
async function compilerBytes(): Promise<Uint8Array<ArrayBuffer>> {
  let path: string | URL;
  try {
    path = createRequire(import.meta.url).resolve(wasm);
  } catch {
    const beside: unknown = await import('mrml/web/mrml_wasm_bg.wasm');
    path = new URL(z.object({ default: z.string() }).parse(beside).default, import.meta.url);
  }
  return new Uint8Array(await readFile(path));
}

/**
 * MJML with Liquid as HTML with the same Liquid; or what is wrong, on which line, and what to do. The
 * same MJML gives the same HTML.
 */
export async function compileMjml(
  mjml: string,
): Promise<{ readonly html: string } | { readonly error: string }> {
  const plain = withoutLiquid(mjml);
  const fault = elementFault(plain);
  if (fault !== undefined) return { error: said(fault) };
  compiler ??= loadCompiler().catch((error: unknown) => {
    compiler = undefined; // the next one tries again
    throw error;
  });
  const compiled = (await compiler).toHtml(plain.text);
  if (compiled.type === 'error') return { error: said(faultOf(compiled, plain)) };
  const inline = compiled.warnings.find(({ kind }) => kind === 'inline-style-unsupported');
  if (inline !== undefined) {
    const line = plain.lineAt(characterAt(plain.text, inline.span.start));
    const message = 'styles are not put inline: write "mj-style" without "inline", or attributes';
    return { error: said({ line, message }) };
  }
  const restored = plain.restore(compiled.content);
  return 'html' in restored ? restored : { error: said(restored) };
}

const said = ({ line, message }: { readonly line: number; readonly message: string }): string =>
  `${message}, line:${line}`;

type CompilerError = Extract<ReturnType<Engine['toHtml']>, { readonly type: 'error' }>;

const closeAll =
  'close every element (<br />), quote every attribute and write "<" in texts as "&lt;"';

/** What the compiler says, with a line and the way out. */
function faultOf(
  error: CompilerError,
  { text, lineAt }: PlainMjml,
): { readonly line: number; readonly message: string } {
  const details = error.origin === 'parser' ? error.details : undefined;
  if (details !== undefined && 'position' in details) {
    const line = lineAt(characterAt(text, details.position.start));
    if (details.type === 'unexpected-element') {
      return {
        line,
        message: 'this element is not possible here: see what may stand in its parent',
      };
    }
    return { line, message: `${details.type}: ${closeAll}` };
  }
  const at = /\bat (\d+):(\d+)/.exec(details?.type === 'parser-error' ? details.source : '');
  const line = at === null ? 1 : lineAt(indexOf(text, Number(at[1]), Number(at[2])));
  return { line, message: `it cannot be read: ${closeAll}` };
}

const indexOf = (text: string, line: number, column: number): number =>
  text
    .split('\n')
    .slice(0, line - 1)
    .reduce((sum, one) => sum + one.length + 1, 0) +
  column -
  1;

/** The compiler counts UTF-8 bytes. */
const characterAt = (text: string, byte: number): number =>
  Buffer.from(text, 'utf8').subarray(0, byte).toString('utf8').length;
