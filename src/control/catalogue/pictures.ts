import type { Integration } from '../../integrations/index.ts'

/** Which of its pictures: across, or square. */
const PICTURES = ['logo', 'mark'] as const
export type PictureName = (typeof PICTURES)[number]

export const isPictureName = (name: string): name is PictureName => PICTURES.some((one) => one === name)

/** Where they are served, for everybody. Addresses change with what is behind them, so browsers may keep it. */
export function pictureUrls({ id, logoAt, markAt }: Pick<Integration, 'id' | 'logoAt' | 'markAt'>) {
  const url = (name: PictureName, at: number | undefined) =>
    at === undefined ? undefined : `/integrations/pictures/${id}/${name}/${at}`
  return { logo: url('logo', logoAt), mark: url('mark', markAt) }
}
