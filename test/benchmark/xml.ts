// SPDX-License-Identifier: Apache-2.0

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
}

const NAME = '[A-Za-z][\\w:-]*';
const TOKEN = new RegExp(`<(/?)(${NAME})((?:\\s+${NAME}="[^"<]*")*)\\s*(/?)>|([^<]+)`, 'gy');
const ENTITY = /&(?:amp|lt|gt|quot|#\d+);|&/g;

function checkEntities(text: string): void {
  for (const [entity] of text.matchAll(ENTITY)) if (entity === '&') throw new Error(`bare & in ${text}`);
}

function attributesOf(text: string): Record<string, string> {
  const entries = [...text.matchAll(/([\w:-]+)="([^"]*)"/g)].map(
    ([, key = '', value = '']) => [key, value] as const,
  );
  if (new Set(entries.map(([key]) => key)).size < entries.length)
    throw new Error(`an attribute twice: ${text}`);
  for (const [, value] of entries) checkEntities(value);
  return Object.fromEntries(entries);
}

/** Well-formed XML of elements, attributes in double quotes, and text. @throws Error for anything else */
export function parseXml(source: string): XmlElement {
  const top: XmlElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [top];
  let at = 0;
  for (const token of source.matchAll(TOKEN)) {
    if (token.index !== at) break;
    at += token[0].length;
    const [, closing, name = '', attributes = '', empty, text] = token;
    const parent = open.at(-1)!;
    if (text !== undefined) {
      checkEntities(text);
      parent.text += text;
    } else if (closing) {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes <${parent.name}>`);
    } else {
      const element = { name, attributes: attributesOf(attributes), children: [], text: '' };
      parent.children.push(element);
      if (!empty) open.push(element);
    }
  }
  if (at !== source.length) throw new Error(`no XML: ${source.slice(at, at + 60)}`);
  const [root, ...others] = top.children;
  if (open.length !== 1 || root === undefined || others.length > 0 || top.text.trim() !== '')
    throw new Error('not one element, closed');
  return root;
}

export function* elementsOf(root: XmlElement): Iterable<XmlElement> {
  yield root;
  for (const child of root.children) yield* elementsOf(child);
}
