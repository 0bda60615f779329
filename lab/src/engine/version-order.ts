/** The highest of versions such as 2.21.0; undefined of none. */
export function newest(versions: string[]): string | undefined {
  return versions.reduce<string | undefined>((best, one) => (best && compare(best, one) >= 0 ? best : one), undefined);
}

/** Whether the version meets a Python specifier such as `<13.0,>=12.5.3.2` or `==9.*`. */
export function meets(version: string, specifier: string): boolean {
  return specifier
    .split(',')
    .filter(Boolean)
    .every((one) => {
      const [, operator, bound = ''] = /^\s*([<>=!~]+)\s*(.+?)\s*$/.exec(one) ?? [];
      if (operator === '==' || operator === '!=') {
        const same = bound.endsWith('.*')
          ? `${version}.`.startsWith(bound.slice(0, -1))
          : compare(version, bound) === 0;
        return same === (operator === '==');
      }
      const order = compare(version, bound);
      if (operator === '<') return order < 0;
      if (operator === '<=') return order <= 0;
      if (operator === '>') return order > 0;
      if (operator === '>=') return order >= 0;
      // ~=2.2 means at least 2.2, and 2.*
      const family = bound.split('.').slice(0, -1).join('.');
      return operator === '~=' && order >= 0 && `${version}.`.startsWith(`${family}.`);
    });
}

function compare(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
