// %%
{
  using lock = { [Symbol.dispose]() { console.log('unlocked'); } };
  console.log('locked', typeof lock);
}
await using file = { async [Symbol.asyncDispose]() { console.log('closed'); } };
console.log('open', typeof file);
