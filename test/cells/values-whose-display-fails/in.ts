// %%
({ get bad() { throw new Error('getter'); }, ok: 1 })
// %%
({ [Symbol.for('Jupyter.display')]() { throw new Error('display failed'); } })
// %%
({ [Symbol.for('nodejs.util.inspect.custom')]() { throw new Error('inspect failed'); } })
