// SPDX-License-Identifier: Apache-2.0
// Connects to the socket that it is told, and says what became of it.
import { ApiClient } from '#api/index.js';

try {
  (await ApiClient.connect(process.argv[2] ?? '')).close();
  console.log('connected');
} catch (error) {
  console.log(String(error));
}
