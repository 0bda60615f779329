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
    .option('--files <dir>', 'what the notebook reads, e.g. its data, is copied from there')
    .action(async (notebook, options) => {
      if (!(await (await import('./command.ts')).gradeCheck(notebook, options))) process.exitCode = 1;
    });
  grade
    .command('run')
    .description('grade submissions, each in a process and a folder of its own')
    .argument('<submission...>', "students' notebooks; a file's name is the student's id")
    .requiredOption('--source <file>', "the teacher's notebook")
    .option('--csv <file>', 'write the grades as CSV')
    .option('--json <file>', 'write the grades as JSON; a killed run goes on where it was')
    .option('--feedback <dir>', 'write a page for each student')
    .option('--graded <dir>', 'keep the graded notebooks there, for grade report')
    .option('--jobs <number>', 'submissions at the same time', positive, 2)
    .option('--cell-timeout <seconds>', 'limit for each cell', positive, 60)
    .option('--memory <megabytes>', "limit for each submission's JavaScript heap", positive, 2048)
    .option('--disk <megabytes>', 'limit for the files of each submission', positive, 512)
    .option(
      '--files <dir>',
      'what the notebook reads, e.g. its data: each submission has a copy (of all but notebooks)',
    )
    .option('--network', 'let submissions reach the network')
    .action(async (submissions, options) => {
      // What submissions have started and written goes with it; what was graded is noted beside --json.
      process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143));
      await (await import('./command.ts')).gradeRun(submissions, options);
    });
  grade
    .command('report')
    .description(
      'grades and feedback from what run --graded kept, with a late policy and the points that a person gave',
    )
    .argument('<graded...>', 'notebooks in the folder of --graded')
    .option('--csv <file>', 'write the grades as CSV')
    .option('--json <file>', 'write the grades as JSON')
    .option('--feedback <dir>', 'write a page for each student')
    .option('--manual <file>', 'points for answers that a person read: CSV with student,grade_id,points')
    .option('--due <time>', 'when submissions were due, e.g. 2026-11-30T23:59:00Z')
    .option('--submitted <file>', 'when they came: CSV with student,time; without it the time of the file counts')
    .option('--late-percent <percent>', 'of the score, for each day begun after that', positive, 10)
    .action(async (graded, options) => (await import('./command.ts')).gradeReport(graded, options));
  grade
    .command('export')
    .description("make a course folder for nbgrader's own commands")
    .argument('[submission...]', "students' notebooks; a file's name is the student's id")
    .requiredOption('--source <file>', "the teacher's notebook")
    .requiredOption('--nbgrader <dir>', 'the folder')
    .option('--files <dir>', 'what the notebook reads, e.g. its data: nbgrader has it beside the source')
    .action(async (submissions, { source, nbgrader, files }) =>
      (await import('./nbgrader.ts')).exportToNbgrader(source, submissions, nbgrader, files),
    );
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('a number greater than 0 is needed.');
  return value;
}
