import { type Command, InvalidArgumentError } from 'commander';

/** The commands below `typelab grade`. */
export function addGrade(program: Command): void {
  const grade = program.command('grade').description("make, check and grade assignments with nbgrader's cell metadata");
  grade
    .command('release')
    .description("write the students' version: solutions and hidden tests out")
    .argument('<source>', "the teacher's notebook")
    .requiredOption('-o, --output <file>', "the students' notebook")
    .action(async (source, { output }) => (await import('./command.ts')).gradeRelease(source, output));
  grade
    .command('check')
    .description('run the visible tests; exit 0 when all pass, else 1')
    .argument('<notebook>', "a student's notebook")
    .option('--cell-timeout <seconds>', 'limit for each cell', positive, 60)
    .action(async (notebook, { cellTimeout }) => {
      if (!(await (await import('./command.ts')).gradeCheck(notebook, cellTimeout))) process.exitCode = 1;
    });
  grade
    .command('run')
    .description('grade submissions, each in a process and a folder of its own')
    .argument('<submission...>', "students' notebooks; a file's name is the student's id")
    .requiredOption('--source <file>', "the teacher's notebook")
    .option('--csv <file>', 'write the grades as CSV')
    .option('--json <file>', 'write the grades as JSON; a killed run goes on where it was')
    .option('--feedback <dir>', 'write a page for each student')
    .option('--jobs <number>', 'submissions at the same time', positive, 2)
    .option('--cell-timeout <seconds>', 'limit for each cell', positive, 60)
    .option('--memory <megabytes>', "limit for each submission's JavaScript heap", positive, 2048)
    .option('--network', 'let submissions reach the network')
    .action(async (submissions, options) => (await import('./command.ts')).gradeRun(submissions, options));
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('a number greater than 0 is needed.');
  return value;
}
