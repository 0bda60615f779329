// %%
def f(x):
    return x + 1
// %%
print "hello"
// %%
for x in range(3): pass
