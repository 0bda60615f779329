/** kernel_info_reply: what a front end wants to know before the first cell. */
import { createRequire } from 'node:module';
import { type KernelInfoReply, PROTOCOL_VERSION } from '../wire/protocol.ts';

export function kernelInfo({ inJavaScript = false } = {}): KernelInfoReply {
  const require = createRequire(import.meta.url);
  const { version } = require('../../package.json');
  const typescript = require('typescript/package.json').version;
  return {
    status: 'ok',
    protocol_version: PROTOCOL_VERSION,
    implementation: 'typelab',
    implementation_version: version,
    language_info: inJavaScript ? javaScriptInfo() : typeScriptInfo(typescript),
    banner: `typelab ${version}: ${inJavaScript ? 'JavaScript' : `TypeScript ${typescript}`} on Node ${process.versions.node}`,
    help_links: [
      inJavaScript
        ? { text: 'JavaScript', url: 'https://developer.mozilla.org/docs/Web/JavaScript' }
        : { text: 'TypeScript', url: 'https://www.typescriptlang.org/docs/' },
      { text: 'Node.js', url: `https://nodejs.org/docs/latest-v${process.versions.node.split('.')[0]}.x/api/` },
      { text: 'Observable Plot', url: 'https://observablehq.com/plot/' },
      { text: 'TensorFlow.js', url: 'https://js.tensorflow.org/api/latest/' },
    ],
    // Only what works: a front end offers whatever is named here.
    supported_features: [],
  };
}

const typeScriptInfo = (version: string): KernelInfoReply['language_info'] => ({
  name: 'typescript',
  version,
  mimetype: 'text/typescript',
  file_extension: '.ts',
  pygments_lexer: 'typescript',
  // Both forms in one: JupyterLab reads `name` and `typescript`, the classic notebook `mode`.
  codemirror_mode: { name: 'javascript', typescript: true, mode: 'typescript' },
  nbconvert_exporter: 'script',
});

const javaScriptInfo = (): KernelInfoReply['language_info'] => ({
  name: 'javascript',
  version: process.versions.node,
  mimetype: 'text/javascript',
  file_extension: '.js',
  pygments_lexer: 'javascript',
  codemirror_mode: { name: 'javascript' },
  nbconvert_exporter: 'script',
});
