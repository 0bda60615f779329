// %%
try {
  try { JSON.parse('{bad'); }
  catch (error) { throw new Error('cannot read the settings', { cause: error }); }
} catch (error) { throw new Error('cannot start', { cause: error }); }
