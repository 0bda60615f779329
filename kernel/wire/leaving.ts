/** What has to be undone when the process leaves in a hurry. One listener for all: Node warns of more than ten. */
const undo = new Set<() => void>();

/** @param cleanUp must be synchronous @returns what to call once it has been done */
export function onLeaving(cleanUp: () => void): () => void {
  if (undo.size === 0) process.on('exit', leave);
  undo.add(cleanUp);
  return () => {
    undo.delete(cleanUp);
    if (undo.size === 0) process.off('exit', leave);
  };
}

/** The last first: a process ends before the folder that it was started in goes, which it might make anew. */
function leave(): void {
  for (const cleanUp of [...undo].reverse()) {
    try {
      cleanUp();
    } catch {
      // The others still have to be undone.
    }
  }
}
