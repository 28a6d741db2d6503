// SPDX-License-Identifier: Apache-2.0
// mailauth (npm): its MTA-STS parsers. Run where node finds it: NODE_PATH=.../node_modules
'use strict';
const path = require('node:path');
const readline = require('node:readline');
const at = path.dirname(require.resolve('mailauth/package.json'));
const sts = require(path.join(at, 'lib/mta-sts.js'));

const { name: program, version } = require('mailauth/package.json');
const VERSION = { program, version };

function strings(data) {
    const records = [];
    for (let i = 0; i + 2 <= data.length; ) {
        const end = i + 2 + data.readUInt16BE(i);
        const record = [];
        for (let j = i + 2; j < end && j < data.length; j += 1 + data[j])
            record.push(data.toString('latin1', j + 1, j + 1 + data[j]));
        records.push(record);
        i = end;
    }
    return records;
}

async function id(rows) {
    const found = await sts.resolvePolicy('example.com', { resolver: async () => rows });
    return found === false ? null : { id: found };
}

const PARSERS = {
    'sts-record': data => id([[data.toString('latin1')]]),
    'sts-records': data => id(strings(data)),
    'sts-policy': async data => {
        const policy = sts.parsePolicy(data);
        return { mode: policy.mode, max_age: policy.maxAge, mx: policy.mx || [] };
    },
    'sts-mx': async data => {
        const [pattern, host] = data.toString('latin1').split(' ');
        const found = sts.validateMx(host, { id: 'a', mode: 'enforce', mx: [pattern] });
        return (found && typeof found === 'object' ? found.valid : found) ? { pattern, host } : null;
    }
};

(async () => {
    for await (const line of readline.createInterface({ input: process.stdin })) {
        const [name, digits] = line.split(' ');
        let answer = { result: 'unsupported' };
        if (name === 'version') answer = { result: 'valid', value: VERSION };
        if (Object.hasOwn(PARSERS, name)) {
            let value = null;
            try {
                value = await PARSERS[name](Buffer.from(digits || '', 'hex'));
            } catch {
                // what it throws is a refusal
            }
            answer = value === null ? { result: 'invalid' } : { result: 'valid', value };
        }
        console.log(JSON.stringify(answer));
    }
})();
