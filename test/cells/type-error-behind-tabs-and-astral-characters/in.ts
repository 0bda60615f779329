// %%
if (true) {
	const emoji = '😀', wrong: number = '👩‍🚀';
}
