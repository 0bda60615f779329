"""Writes number-text.txt: numbers as TF Serving's WriteDecimal prints them, by Python's % operator, which is C's printf."""
import random, struct

random.seed(7)

def finish(s):
    return s if '.' in s or 'e' in s else s + '.0'

def f32(bits):
    return struct.unpack('>f', struct.pack('>I', bits))[0]

def back32(s):
    try:
        return struct.unpack('>f', struct.pack('>f', float(s)))[0]
    except OverflowError:
        return float('inf')

lines = []
bits32 = [0, 0x80000000, 1, 0x007fffff, 0x00800000, 0x7f7fffff, 0x3f800000, 0xbf800000]
bits32 += [struct.unpack('>I', struct.pack('>f', v))[0] for v in
           [0.1, 0.2, 9e6, 3e-5, 1e-4, 99999.5, 999999.5, 131072.0625, 131072.1875, 1435774380, 1e10, 123456.7, 0.333333333, 16777216, 1e5, 1e6]]
bits32 += [struct.unpack('>I', struct.pack('>f', random.randrange(0, 256) / 255))[0] for _ in range(200)]
bits32 += [struct.unpack('>I', struct.pack('>f', random.randrange(1, 2**21) / 16 + random.choice([65536, 131072, 0])))[0] for _ in range(800)]
bits32 += [random.getrandbits(32) for _ in range(2000)]
bits32 += [struct.unpack('>I', struct.pack('>f', 10 ** random.uniform(-11, 11) * random.choice([1, -1])))[0] for _ in range(6000)]
bits32 += [struct.unpack('>I', struct.pack('>f', 10.0 ** k))[0] + d for k in range(-11, 12) for d in (-2, -1, 0, 1, 2)]
for b in bits32:
    v = f32(b)
    if v != v or v in (float('inf'), -float('inf')):
        continue
    s = '%g' % v
    if back32(s) != v:
        s = '%.9g' % v
    lines.append('f %08x %s' % (b, finish(s)))
bits64 = [struct.unpack('>Q', struct.pack('>d', v))[0] for v in [0.1, 0.3, 1e300, 5e-324, 123456789, 2**53 + 2, 1 / 3, 1e16, 1e17, 0.1 + 0.2]]
bits64 += [struct.unpack('>Q', struct.pack('>d', random.randrange(1, 2**50) / 2**random.randrange(1, 30)))[0] for _ in range(600)]
bits64 += [random.getrandbits(64) for _ in range(800)]
for b in bits64:
    v = struct.unpack('>d', struct.pack('>Q', b))[0]
    if v != v or v in (float('inf'), -float('inf')):
        continue
    s = '%g' % v
    if float(s) != v:
        s = '%.17g' % v
    lines.append('d %016x %s' % (b, finish(s)))
open(__file__.replace('.py', '.txt'), 'w').write('\n'.join(lines) + '\n')
