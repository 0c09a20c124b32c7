import type { RenderingTime } from './liquid.ts';
import { faultOf, writtenField } from './rendering.ts';
import { oversize, type TemplateContent } from './template.ts';
import { inLanguage } from './template-language.ts';
import { unquotedOutput } from './unquoted-values.ts';
import { namesPath, pathsOf, unknownVariables } from './variables.ts';

/** One thing that is wrong with a template, with its field and the way out. */
export type TemplateFault = { readonly path: string; readonly message: string };

/** What a template that parses may still not say. */
export function faultsOf(content: TemplateContent, time: RenderingTime): readonly TemplateFault[] {
  const large = oversize(content);
  if (large !== undefined) return [{ path: 'languages', message: large }];
  const fault = faultOf(content, time);
  if (fault !== undefined) {
    return [{ path: fault.field, message: `cannot be rendered for anybody: ${fault.message}` }];
  }
  return [...strangers(content), ...unquoted(content), ...idleDefaults(content)];
}

/** What people say of themselves must stay one value. */
function unquoted(content: TemplateContent): readonly TemplateFault[] {
  return [undefined, ...Object.keys(content.languages ?? {})].flatMap((language) => {
    const said = inLanguage(content, language);
    const found = said.channel === 'email' ? unquotedOutput(said.html) : undefined;
    if (found === undefined) return [];
    const message = `has ${found} in an element without quotes around it, so that it could become other attributes: write it like title="${found}"`;
    return [{ path: writtenField(said, 'html', language), message }];
  });
}

/** Who writes `firstName` means `profile.attributes.firstName`: nobody would get the message. */
function strangers(content: TemplateContent): readonly TemplateFault[] {
  const languages = Object.keys(content.languages ?? {});
  return unknownVariables(content).map(({ words, field, name }) => {
    const language = languages.find((one) => content.languages?.[one] === words);
    const path = writtenField(inLanguage(content, language), field, language);
    const message = `names "${name}", which messages do not have: begin with profile, event or campaign, such as profile.attributes.${name}`;
    return { path, message };
  });
}

function idleDefaults(content: TemplateContent): readonly TemplateFault[] {
  const paths = pathsOf(content);
  return Object.keys(content.defaults ?? {})
    .filter((path) => !namesPath(paths, path.split('.')))
    .map((path) => ({
      path: `defaults.${path}`,
      message: 'is a value that the template does not name: remove it or correct its path',
    }));
}
