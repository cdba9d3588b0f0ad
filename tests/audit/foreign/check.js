// Checks proofs with the code by which npm verifies the provenance of packages.
//
// Standard input: one JSON object a line, {key, leaf, proof}, the files in base64.
// Standard output: a line "ok" or "no: why" for each.
"use strict";

const crypto = require("node:crypto");
const readline = require("node:readline");
const { verifyCheckpoint } = require("@sigstore/verify/dist/timestamp/checkpoint.js");
const { verifyMerkleInclusion } = require("@sigstore/verify/dist/timestamp/merkle.js");

const HEADER = "c2sp.org/tlog-proof@v1";
// What stands before the 32 bytes of an Ed25519 key in DER (RFC 8410).
const ED25519_DER = Buffer.from("302a300506032b6570032100", "hex");

function logOf(key) {
  const [name, keyId] = key.split("+", 2);
  const typed = Buffer.from(key.slice(name.length + keyId.length + 2), "base64");
  return {
    logID: Buffer.from(keyId, "hex"),
    publicKey: crypto.createPublicKey({
      key: Buffer.concat([ED25519_DER, typed.subarray(1)]),
      format: "der",
      type: "spki",
    }),
    validFor: { start: new Date(0), end: new Date(8e15) },
  };
}

function check({ key, leaf, proof }) {
  const file = Buffer.from(proof, "base64").toString("utf8");
  const blank = file.indexOf("\n\n");
  const [header, index, ...hashes] = file.slice(0, blank).split("\n");
  if (header !== HEADER || !index.startsWith("index ")) {
    throw new Error("not a tlog-proof");
  }
  const envelope = file.slice(blank + 2);
  const [, treeSize, root] = envelope.split("\n");
  const entry = {
    canonicalizedBody: Buffer.from(leaf, "base64"),
    integratedTime: "1",
    inclusionProof: {
      logIndex: index.slice("index ".length),
      treeSize,
      rootHash: Buffer.from(root, "base64"),
      hashes: hashes.map((hash) => Buffer.from(hash, "base64")),
      checkpoint: { envelope },
    },
  };
  verifyCheckpoint(entry, [logOf(key)]);
  verifyMerkleInclusion(entry);
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  try {
    check(JSON.parse(line));
    console.log("ok");
  } catch (error) {
    console.log(`no: ${error.message}`);
  }
});
