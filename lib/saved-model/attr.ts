import { dtypeOf } from './dtype.ts';
import type { AttrValue } from './schema.ts';
import type { DType } from './value.ts';

// Attributes of a node with their defaults: exporters leave out what equals the op's default, so each reader states it.
type Attributed = { attr: Map<string, AttrValue> };

export function intAttr(node: Attributed, name: string, otherwise: number): number {
  return node.attr.get(name)?.i ?? otherwise;
}

export function floatAttr(node: Attributed, name: string, otherwise: number): number {
  return node.attr.get(name)?.f ?? otherwise;
}

export function boolAttr(node: Attributed, name: string, otherwise: boolean): boolean {
  return node.attr.get(name)?.b ?? otherwise;
}

export function textAttr(node: Attributed, name: string, otherwise: string): string {
  const bytes = node.attr.get(name)?.s;
  return bytes ? Buffer.from(bytes).toString() : otherwise;
}

export function intsAttr(node: Attributed, name: string, otherwise: number[]): number[] {
  return node.attr.get(name)?.list?.i ?? otherwise;
}

export function typeAttr(node: Attributed, name: string, otherwise: DType): DType {
  const number = node.attr.get(name)?.type;
  return number ? dtypeOf(number) : otherwise;
}

export function typesAttr(node: Attributed, name: string): DType[] {
  return (node.attr.get(name)?.list?.type ?? []).map(dtypeOf);
}

export function functionAttr(node: Attributed, name: string): string | undefined {
  return node.attr.get(name)?.func?.name;
}
