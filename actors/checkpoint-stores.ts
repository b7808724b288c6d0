/** Where a project's checkpoints lie: the object store and the coordination that its la.json names. */
import { resolve } from 'node:path';
import type { Coordination, ObjectStore } from '../connectors/contract.ts';
import { FileCoordination, openFileCoordination } from '../connectors/file/coordination.ts';
import { readOnlyDirectory } from '../connectors/file/durable-directory.ts';
import { fileObjectStore, openFileObjectStore } from '../connectors/file/object-store.ts';
import { check } from '../runtime/errors.ts';
import type { ProjectSpec } from '../views/spec.ts';
import { type Compression, zstdCompression } from './checkpoint/pack.ts';

export interface CheckpointStores {
  readonly coordination: Coordination;
  readonly store: ObjectStore;
  readonly compression: Compression;
}

/** Absolute path of the folder of `checkpoints: { type: file }`. */
export function checkpointsDir(project: ProjectSpec, projectDir: string): string {
  const { path } = project.checkpoints.options;
  check(typeof path === 'string', 'checkpoints on files have a path');
  return resolve(projectDir, path);
}

export async function openCheckpoints(
  project: ProjectSpec,
  projectDir: string,
): Promise<CheckpointStores> {
  const root = checkpointsDir(project, projectDir);
  const store = await openFileObjectStore(root);
  const coordination = await openFileCoordination(root);
  return { coordination, store, compression: zstdCompression };
}

/** The checkpoints in a folder to look at, whoever is at work there: nothing is changed, not even by opening them. */
export function lookAtCheckpoints(folder: string): CheckpointStores {
  const directory = readOnlyDirectory(folder);
  const coordination = new FileCoordination(directory);
  return { coordination, store: fileObjectStore(directory), compression: zstdCompression };
}
