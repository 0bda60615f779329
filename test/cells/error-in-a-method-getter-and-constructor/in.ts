// %%
class Account {
  constructor(public balance: number) { if (balance < 0) throw new RangeError('negative'); }
  get half() { throw new Error('no half'); }
  static open() { return new Account(-1); }
  spend(n: number) { this.balance -= n; if (this.balance < 0) throw new Error('overdrawn'); }
}
// %%
new Account(5).spend(10)
// %%
new Account(1).half
// %%
Account.open()
