// Checks proofs with Go's own sumdb/note and sumdb/tlog.
//
// Standard input: one JSON object a line, {key, leaf, proof} or {key, consistency,
// old}, the files in base64. Standard output: a line "ok" or "no: why" for each.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Key         string
	Leaf        []byte
	Proof       []byte
	Consistency []byte
	Old         []byte
}

type checkpoint struct {
	size int64
	root tlog.Hash
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var asked question
		err := json.Unmarshal(lines.Bytes(), &asked)
		if err == nil {
			err = check(asked)
		}
		if err != nil {
			fmt.Println("no:", err)
		} else {
			fmt.Println("ok")
		}
	}
}

func check(asked question) error {
	if asked.Consistency == nil {
		return checkInclusion(asked)
	}
	size, hashes, text, err := parse(string(asked.Consistency), "old ")
	if err != nil {
		return err
	}
	newer, err := open(text, asked.Key)
	if err != nil {
		return err
	}
	older, err := open(string(asked.Old), asked.Key)
	if err != nil {
		return err
	}
	if size != older.size {
		return errors.New("a proof from another size")
	}
	return tlog.CheckTree(hashes, newer.size, newer.root, older.size, older.root)
}

func checkInclusion(asked question) error {
	const header = "c2sp.org/tlog-proof@v1\n"
	if !strings.HasPrefix(string(asked.Proof), header) {
		return errors.New("not a tlog-proof")
	}
	index, hashes, text, err := parse(string(asked.Proof)[len(header):], "index ")
	if err != nil {
		return err
	}
	head, err := open(text, asked.Key)
	if err != nil {
		return err
	}
	leaf := tlog.RecordHash(asked.Leaf)
	return tlog.CheckRecord(hashes, head.size, head.root, index, leaf)
}

// parse reads a numbered line, hashes, an empty line, and the note after it.
func parse(file, prefix string) (int64, []tlog.Hash, string, error) {
	head, text, found := strings.Cut(file, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || !strings.HasPrefix(lines[0], prefix) {
		return 0, nil, "", errors.New("malformed proof")
	}
	number, err := strconv.ParseInt(lines[0][len(prefix):], 10, 64)
	if err != nil {
		return 0, nil, "", err
	}
	var hashes []tlog.Hash
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return 0, nil, "", err
		}
		hashes = append(hashes, hash)
	}
	return number, hashes, text, nil
}

// open checks the signature and reads size and root.
func open(text, key string) (checkpoint, error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return checkpoint{}, err
	}
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return checkpoint{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 {
		return checkpoint{}, errors.New("not a checkpoint")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return checkpoint{}, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return checkpoint{}, errors.New("malformed root")
	}
	head := checkpoint{size: size}
	copy(head.root[:], root)
	return head, nil
}
