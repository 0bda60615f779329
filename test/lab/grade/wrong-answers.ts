/** Submissions of the course's assignments that are wrong in a way that a student's would be, and what each is to get. */
export type WrongAnswers = Record<string, { answers: Record<string, string>; points: Record<string, number> }>;

export const wrongAnswers: Record<'flowers' | 'client', WrongAnswers> = {
  flowers: {
    'cuts-without-shuffling': {
      answers: {
        split: `function split(rows: Flower[], share: number): { train: Flower[]; test: Flower[] } {
  const cut = Math.round(rows.length * share);
  return { train: rows.slice(cut), test: rows.slice(0, cut) };
}`,
      },
      points: { 'split-test': 2 },
    },
    'divides-by-zero': {
      answers: {
        scale: `type Scaler = { mean: number[]; deviation: number[] };
function fitScaler(rows: Flower[]): Scaler {
  const columns = rows[0]!.sizes.map((_, c) => rows.map(({ sizes }) => sizes[c]!));
  const average = (values: number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
  const mean = columns.map(average);
  return { mean, deviation: columns.map((column, c) => Math.sqrt(average(column.map((one) => (one - mean[c]!) ** 2)))) };
}
function scale(sizes: number[], { mean, deviation }: Scaler): number[] {
  return sizes.map((one, c) => (one - mean[c]!) / deviation[c]!);
}`,
      },
      points: { 'scale-test': 0, 'model-test': 0 },
    },
    'fits-the-visible-tests': {
      answers: {
        evaluate: `function confusion(kinds: number[], answers: number[], classes: number): number[][] {
  return [[1, 1, 0], [0, 1, 0], [0, 0, 1]];
}
function recall(table: number[][]): number[] {
  return [0.8, 0.5];
}`,
      },
      points: { 'confusion-test': 0, 'recall-test': 0 },
    },
  },
  client: {
    'never-tries-again': {
      answers: {
        retry: `async function askPatiently(url: string, numbers: number[], options: { tries: number; wait: number }): Promise<number[]> {
  return ask(url, numbers);
}`,
      },
      points: { 'retry-test': 0 },
    },
    'tries-everything-again': {
      answers: {
        retry: `async function askPatiently(url: string, numbers: number[], { tries, wait }: { tries: number; wait: number }): Promise<number[]> {
  let last: unknown;
  for (let i = 0; i < tries; i++) {
    try {
      return await ask(url, numbers);
    } catch (error) {
      last = error;
      if (i < tries - 1) await new Promise((done) => setTimeout(done, wait * 2 ** i));
    }
  }
  throw last;
}`,
      },
      points: { 'refuse-test': 0 },
    },
    'loses-the-reason': {
      answers: {
        ask: `class ServingError extends Error {
  status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}
async function ask(url: string, numbers: number[]): Promise<number[]> {
  const body = JSON.stringify({ instances: numbers.map((one) => [one]) });
  const response = await fetch(url + ':predict', { method: 'POST', body });
  if (!response.ok) throw new Error('HTTP ' + response.status);
  return ((await response.json()) as { predictions: number[][] }).predictions.map(([one]) => one!);
}`,
      },
      points: { 'ask-test': 0, 'retry-test': 0, 'refuse-test': 0, 'real-test': 0 },
    },
  },
};
