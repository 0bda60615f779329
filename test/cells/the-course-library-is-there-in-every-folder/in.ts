// %%
import { display } from 'typelab/kernel';
typeof display
