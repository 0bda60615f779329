// %%
import { display } from 'typelab/kernel';
display({ 'text/html': '<b>bold</b>' }, { raw: true });
display([1, 2]);
console.log('between');
display('a', { id: 'mine' });
