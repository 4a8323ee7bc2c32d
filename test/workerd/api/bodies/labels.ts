export const newLabel = { label: { key: 'k', value: 'v', description: 'd' } }

export const labelsOfSource = { labels: [{ key: 'k', value: 'v', description: 'd' }] }
