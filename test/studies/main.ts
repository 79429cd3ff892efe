import { studies } from "./studies.ts";

/** `npm run study` lists the studies, `npm run study -- NAME` runs one and writes its report. Exit 1: a claim does not hold; 2: no such study. */
const [name] = process.argv.slice(2);
const study = name === undefined ? undefined : studies[name];

if (study !== undefined) {
  for (const line of await study.run()) console.log(line);
} else {
  const widest = Math.max(...Object.keys(studies).map((known) => known.length));
  console.log("npm run study -- NAME, with NAME one of");
  for (const [known, { about }] of Object.entries(studies))
    console.log(`  ${known.padEnd(widest)}  ${about}`);
  if (name !== undefined) {
    console.error(`there is no study '${name}'`);
    process.exitCode = 2;
  }
}
