import type { RenderingTime } from './liquid.ts';
import { faultOf, writtenField } from './rendering.ts';
import { oversize, type TemplateContent } from './template.ts';
import { inLanguage } from './template-language.ts';
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
  return [...strangers(content), ...idleDefaults(content)];
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
