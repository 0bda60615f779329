// %%
({ [Symbol.for('Jupyter.display')]: () => ({ 'text/plain': 'plain', 'text/html': '<b>rich</b>' }) })
// %%
({ async [Symbol.for('Jupyter.display')]() { return { 'text/markdown': '# later' }; } })
