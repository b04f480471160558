// Shared by the Node programs of the benchmark. Each takes BASE-URL PAGES WARM-UP and prints one line, as the C programs
// do. The sum is a checksum of the bytes of the values read: programs that read the same values print the same sum.
import { crc32 } from 'node:zlib';

const ROWS = 50;

export const TOKEN = 'dG9rOmEyYzRlNmc4X2JlbmNobWFyaw==';

export class Measure {
  #pages;
  #warmUp;
  #rows = 0;
  #sum = 0;
  #cpu = process.cpuUsage();
  #wall = process.hrtime.bigint();

  constructor() {
    const [baseUrl, pages, warmUp] = process.argv.slice(2);
    this.#pages = Number(pages);
    this.#warmUp = Number(warmUp);
    // The server ends the list after the last page.
    this.baseUrl = `${baseUrl}/pages/${this.#pages + this.#warmUp}`;
  }

  // Adds the fields of a row to the checksum; starts the clocks after the rows of the warm-up.
  row(id, name, state, updatedAt) {
    if (this.#rows === this.#warmUp * ROWS) {
      this.#sum = 0;
      this.#cpu = process.cpuUsage();
      this.#wall = process.hrtime.bigint();
    }
    this.#rows++;
    this.#sum = crc32(id + name + state + updatedAt, this.#sum);
  }

  // CPU is the user and system time of the process, which includes its threads.
  print() {
    const { user, system } = process.cpuUsage(this.#cpu);
    const wall = process.hrtime.bigint() - this.#wall;
    if (this.#rows !== (this.#pages + this.#warmUp) * ROWS)
      throw new Error(`unexpected number of rows: ${this.#rows}`);
    console.log(`pages=${this.#pages} cpu_ns=${(user + system) * 1000} wall_ns=${wall} sum=${this.#sum}`);
  }
}
