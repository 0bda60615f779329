import type { Answer, FromRuntime, LanguageChange, Question } from '../border.ts';
import type { CompiledCell } from '../cell/compile.ts';

/** The way from a magic to the compiler, which lives in the worker. */
export type CompilerLink = {
  compile(source: string, number: number): Promise<CompiledCell>;
  declaration(name: string): Promise<string | undefined>;
  source(name: string): Promise<string | undefined>;
  change(change: LanguageChange): void;
  /** From the worker. */
  answer(question: number, answer: Answer): void;
};

export function createCompilerLink(emit: (message: FromRuntime) => void): CompilerLink {
  const waiting = new Map<number, (answer: Answer) => void>();
  let last = 0;
  const ask = (question: Question): Promise<Answer> =>
    new Promise((resolve) => {
      waiting.set(++last, resolve);
      emit({ kind: 'question', question: last, ask: question });
    });

  return {
    compile: async (source, number) => {
      const answer = await ask({ kind: 'compile', source, number });
      if (answer.kind === 'compiled') return answer.cell;
      throw answer.kind === 'failed' ? asError(answer) : new Error('the compiler answered another question');
    },
    declaration: async (name) => {
      const answer = await ask({ kind: 'inspect', source: name });
      return answer.kind === 'inspected' ? answer.text : undefined;
    },
    source: async (name) => {
      const answer = await ask({ kind: 'source', name });
      return answer.kind === 'inspected' ? answer.text : undefined;
    },
    change: (change) => emit({ kind: 'language', change }),
    answer: (question, answer) => {
      waiting.get(question)?.(answer);
      waiting.delete(question);
    },
  };
}

function asError({ ename, evalue }: Extract<Answer, { kind: 'failed' }>): Error {
  const error = new Error(evalue);
  error.name = ename;
  return error;
}
