// %%
break;
// %%
continue;
