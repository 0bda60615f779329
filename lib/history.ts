export type Logs = { loss: number; accuracy: number; val_loss?: number; val_accuracy?: number };

/** What a training did, epoch by epoch; named as Keras's History. Shows itself as a table when it is a cell's value. */
export type History = {
  /** 0, 1, 2, … */
  epoch: number[];
  /** One number for each epoch. `val_…` are there when validation data was given. */
  history: { loss: number[]; accuracy: number[]; val_loss?: number[]; val_accuracy?: number[] };
  params: Params;
};

type Params = { epochs: number; batchSize: number; steps: number; samples: number };

export type GrowingHistory = History & { add(epoch: number, logs: Logs): void };

export function createHistory(params: Params): GrowingHistory {
  const history: History = { epoch: [], history: { loss: [], accuracy: [] }, params };
  // Not enumerable: console.log and JSON show the three fields that the reader knows from Keras.
  return Object.defineProperties(history, {
    add: {
      value(epoch: number, logs: Logs) {
        history.epoch.push(epoch);
        for (const [name, value] of Object.entries(logs) as [keyof Logs, number][]) {
          history.history[name] ??= [];
          history.history[name].push(value);
        }
      },
    },
    [Symbol.for('Jupyter.display')]: {
      value: () => ({ 'text/plain': plain(history), 'text/html': html(history) }),
    },
  }) as GrowingHistory;
}

function table({ epoch, history }: History): string[][] {
  const names = Object.keys(history) as (keyof History['history'])[];
  return [
    ['epoch', ...names],
    ...epoch.map((number, i) => [String(number + 1), ...names.map((name) => history[name]![i]!.toFixed(4))]),
  ];
}

function plain(history: History): string {
  const rows = table(history);
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => row.map((cell, column) => cell.padStart(widths[column]!)).join('  ')).join('\n');
}

function html(history: History): string {
  const [head, ...rows] = table(history) as [string[], ...string[][]];
  const line = (cells: string[], tag: string) => `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
  return `<table><thead>${line(head, 'th')}</thead><tbody>${rows.map((row) => line(row, 'td')).join('')}</tbody></table>`;
}
