/** The messages of the Jupyter messaging protocol that the kernel and the headless runner speak. Types only, but for the version. */

export const PROTOCOL_VERSION = '5.5';

export type Header = {
  msg_id: string;
  /** Who sent it: a client's session, or the kernel's. */
  session: string;
  username: string;
  /** ISO 8601; mandatory since 5.1. */
  date: string;
  msg_type: string;
  version: string;
  subshell_id?: string | null;
};

export type Content = Record<string, unknown>;

export type Message<C = Content> = {
  /** ROUTER's way back to the sender, or the topic on iopub. */
  identities: Buffer[];
  header: Header;
  /** Empty for what no request caused, e.g. `iopub_welcome`. */
  parent: Header | Record<string, never>;
  metadata: Content;
  content: C;
  buffers: Buffer[];
};

/** The channels a client sends requests on. */
export type RequestChannel = 'shell' | 'control' | 'stdin';

/** What is in a connection file. */
export type Connection = {
  transport: 'tcp' | 'ipc';
  /** An address, or for ipc the beginning of a path that `-` and the port's number complete. */
  ip: string;
  shell_port: number;
  iopub_port: number;
  stdin_port: number;
  control_port: number;
  hb_port: number;
  /** Empty: messages are not signed. */
  key: string;
  signature_scheme: string;
  kernel_name?: string;
};

export type ErrorContent = { ename: string; evalue: string; traceback: string[] };

export type ExecuteRequest = {
  code: string;
  silent: boolean;
  store_history: boolean;
  user_expressions: Record<string, string>;
  allow_stdin: boolean;
  stop_on_error: boolean;
};

export type ExecuteReply =
  | { status: 'ok'; execution_count: number; user_expressions: Record<string, unknown>; payload: Content[] }
  | ({ status: 'error'; execution_count: number } & ErrorContent)
  | { status: 'aborted'; execution_count: number };

export type KernelInfoReply = {
  status: 'ok';
  protocol_version: string;
  implementation: string;
  implementation_version: string;
  language_info: {
    name: string;
    version: string;
    mimetype: string;
    file_extension: string;
    pygments_lexer?: string;
    codemirror_mode?: string | Content;
    nbconvert_exporter?: string;
  };
  banner: string;
  help_links: { text: string; url: string }[];
  supported_features: string[];
};
