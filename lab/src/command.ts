import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { addGrade } from './grade/program.ts';
import { version } from './version.ts';

/** Exit codes of `typelab`, as CI systems see them. */
export const exitCodes = { passed: 0, failed: 1, usage: 2, timeout: 3, dead: 4, interrupted: 130 } as const;

/** The `typelab` command: each subcommand's work is imported when it is asked for, so that `--help` is quick. */
export async function main(args: string[]): Promise<void> {
  try {
    await build().parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      // commander has printed its message; asking for help or the version is no mistake.
      process.exitCode = error.exitCode === 0 ? exitCodes.passed : exitCodes.usage;
      return;
    }
    const { code, message } = error as NodeJS.ErrnoException;
    console.error(code === 'ERR_MODULE_NOT_FOUND' ? `${message}. npm ci installs typelab’s packages` : message);
    // A notebook that is not there or is none is the caller's mistake; no cell has failed.
    process.exitCode = (error as Error).name === 'NotebookError' ? exitCodes.usage : exitCodes.failed;
  }
}

function build(): Command {
  const program = new Command('typelab')
    .description('TypeScript notebooks, and a course on model serving in them')
    .version(version, '-V, --version')
    .exitOverride()
    // With its arguments a command's name would take half of a terminal's line.
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .showHelpAfterError('(typelab --help lists the commands)');

  program
    .command('install')
    .description('register the kernel with Jupyter')
    .option('--user', "into the user's Jupyter folder (the default)")
    .option('--sys-prefix', 'into the active Python environment')
    .option('--prefix <dir>', 'into DIR/share/jupyter/kernels')
    .option('--javascript', 'the kernel for JavaScript notebooks: no type stops a cell')
    .option('--name <name>', 'name of the kernel spec (default: "typelab", or "typelab-js")')
    .action(async (options) => (await import('./kernels.ts')).install(options));
  program
    .command('uninstall')
    .description('remove the kernel from Jupyter')
    .option('--user', "from the user's Jupyter folder (the default)")
    .option('--sys-prefix', 'from the active Python environment')
    .option('--prefix <dir>', 'from DIR/share/jupyter/kernels')
    .option('--javascript', 'the kernel for JavaScript notebooks')
    .option('--name <name>', 'name of the kernel spec (default: "typelab", or "typelab-js")')
    .action(async (options) => (await import('./kernels.ts')).uninstall(options));
  program
    .command('run')
    .description(
      'execute a notebook without a front end; exit 0 passed, 1 a cell failed, 3 a time limit, 4 the kernel died',
    )
    .argument('<notebook...>', '.ipynb files or patterns')
    .option(
      '-o, --output <file>',
      'write the executed notebook there, after every cell; - is stdout; for several, a folder',
    )
    .option('--html <file>', 'write it as a self-contained HTML page too; for several, a folder')
    .option('--jobs <number>', 'notebooks at the same time', whole, 1)
    .option('--param <name=value>', 'a value for the cell tagged parameters; may be repeated', collect)
    .option('--params-file <file>', 'a JSON object of such values')
    .option('--update', 'store the new outputs in the notebook, instead of comparing cells tagged check-output')
    .option('--junit <file>', 'write a JUnit XML report')
    .option('--json <file>', 'write a JSON report')
    .option('--report <file>', 'write one HTML page about all of them')
    .option('--watch', 'run them again whenever a cell has been edited')
    .option('--cell-timeout <seconds>', 'limit for each cell', seconds)
    .option('--timeout <seconds>', 'limit for the whole notebook', seconds)
    .action(async (notebooks, options) => {
      process.exitCode = exitCodes[await (await import('./run/command.ts')).runAll(notebooks, options)];
    });
  program
    .command('clean')
    .description('take outputs and counts out of notebooks; ids and metadata stay')
    .argument('<notebook...>', '.ipynb files')
    .action(async (notebooks: string[]) => {
      const { clean } = await import('./run/clean.ts');
      // One bad file is no reason to leave outputs in the others.
      for (const path of notebooks) {
        try {
          if (await clean(path)) console.log(`cleaned ${path}`);
        } catch (error) {
          if ((error as Error).name !== 'NotebookError') throw error;
          console.error((error as Error).message);
          process.exitCode = exitCodes.usage;
        }
      }
    });
  program
    .command('export')
    .description('write a notebook as a TypeScript file that type-checks; magics become comments')
    .argument('<notebook>', 'an .ipynb file')
    .option('-o, --output <file>', 'the .ts file; beside the notebook unless told')
    .action(async (notebook: string, { output }: { output?: string }) => {
      const { exportScript } = await import('./run/export.ts');
      console.log(`wrote ${await exportScript(notebook, output)}`);
    });
  addGrade(program);
  program
    .command('lab')
    .description('start JupyterLab with the kernel')
    .argument('[args...]', "JupyterLab's own arguments")
    .allowUnknownOption()
    .action(async (_args, _options, command) => (await import('./jupyterlab.ts')).jupyterLab(command.args));
  program
    .command('serve')
    .description('start tensorflow_model_server with the given flags')
    .argument('[flags...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (_flags, _options, command) => (await import('./serve.ts')).serve(command.args));
  program
    .command('show')
    .description('print what a SavedModel holds, as saved_model_cli does: tags, signatures, dtypes, shapes, ops')
    .argument('<dir>', 'the folder with saved_model.pb, e.g. models/digits/1')
    .option('--all', 'every signature of every graph, not only the tags')
    .action(async (dir, options) => (await import('./show.ts')).show(dir, options));
  const serving = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .option('--url <url>', 'REST address of the server', 'http://localhost:8501')
      .option('--config <file>', "the server's --model_config_file")
      .option('--pid <pid>', "the server's process, which is told to read the file again", Number)
      .option('--timeout <seconds>', 'how long the server may take', seconds, 60);
  serving('versions', 'list the versions of a model on a running server')
    .argument('<model>')
    .action(async (model, options) => (await import('./serving/command.ts')).versions(model, options));
  serving('label', 'put a label on a version, through the model config file')
    .argument('<model>')
    .argument('<label>')
    .argument('<version>')
    .action(async (model, text, version, options) =>
      (await import('./serving/command.ts')).label(model, text, version, options),
    );
  serving('rollback', 'serve an older version only, through the model config file')
    .argument('<model>')
    .argument('[version]', 'the one below the newest that is available, when none is given')
    .action(async (model, version, options) =>
      (await import('./serving/command.ts')).rollback(model, version, options),
    );
  const engine = program.command('engine').description('add, list and remove engines that compute');
  engine
    .command('add')
    .description('install tfjs-node, tfjs-node-gpu or webgpu and run one op on it')
    .argument('<name>')
    .option('--dry-run', 'say what would be installed, from where and how big it is')
    .action(async (name, options) => (await import('./engine.ts')).addEngine(name, options));
  engine
    .command('list')
    .description('which engines are installed, and where')
    .action(async () => (await import('./engine.ts')).listEngines());
  engine
    .command('remove')
    .description('delete an engine that was added')
    .argument('<name>')
    .option('--dry-run', 'say what would be removed')
    .action(async (name, options) => (await import('./engine.ts')).removeEngine(name, options));
  program
    .command('doctor')
    .description(
      'what is installed, what is missing and the line that mends it; exit 1 when the default job would not run',
    )
    .action(async () => {
      process.exitCode = exitCodes[(await (await import('./doctor.ts')).doctor()) ? 'passed' : 'failed'];
    });
  for (const command of withSubcommands(program)) command.showHelpAfterError(`(${pathOf(command)} --help tells more)`);
  program.command('start', { hidden: true }).action(async () => {
    process.exitCode = exitCodes[await (await import('./start.ts')).start()];
  });
  return program;
}

function withSubcommands(command: Command): Command[] {
  return command.commands.flatMap((one) => [one, ...withSubcommands(one)]);
}

function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('a number of seconds greater than 0 is needed.');
  return value;
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number greater than 0 is needed.');
  return value;
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}
