/**
 * Entries of our own by the id that they have in Segment's catalogue, where they are the same thing: what was written for
 * Segment's Public API names them so. The tools are those of `@segment/browser-destinations`, whose index has their ids.
 */
export const SEGMENT_IDS: Readonly<Record<string, string>> = {
  '54521fdc25e721e32a72ef04': 'webhooks',
  '61fc2ffcc76fb3e73d85c89d': 'adobe-target',
  '5f7dd6d21ad74f3842b1fc47': 'amplitude-plugins',
  '60fb01aec459242d3b6f20c1': 'braze',
  '60f9d0d048950c356be2e4da': 'braze-cloud-plugins',
  '6170a348128093cd0245e0ea': 'friendbuy',
  '6141153ee7500f15d3838703': 'fullstory',
  '6230c835c0d6535357ee950d': 'koala',
  '61d8859be4f795335d5c677c': 'stackadapt',
  '61d8c74d174a9acd0e138b31': 'sprig-web',
  '62b256147cbb49302d1486d0': 'heap',
  '62d9daff84a6bf190da9f592': 'intercom',
  '62fec615a42fa3dbfd208ce7': 'iterate',
  '631a1c2bfdce36a23f0a14ec': 'hubspot-web',
  '6340a951fbda093061f5f1d7': 'segment-utilities-web',
  '634ef204885be3def430af66': 'playerzero-web',
  '635ada35ce269dbe305203ff': 'logrocket',
  '6372e18fb2b3d5d741c34bb6': 'sabil',
  '6372e1e36d9c2181f3900834': 'wisepops',
  '637c192eba61b944e08ee158': 'vwo',
  '638f843c4520d424f63c9e51': 'commandbar',
  '63913b2bf906ea939f153851': 'ripe',
  '63ed446fe60a1b56c5e6f130': 'google-analytics-4-web',
  '640267d74c13708d74062dcd': 'upollo',
  '6480b4eeab29eca5415089d4': 'userpilot',
  '64820d8030d09e775fbac372': 'screeb',
}
