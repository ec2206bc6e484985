import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An app's template of title and body. */
@Entity('templates')
export class PushTemplate {
  @PrimaryColumn('int', { name: 'app_id' })
  appId!: number;

  @PrimaryColumn('text')
  name!: string;

  @Column('text', { name: 'title_pattern' })
  titlePattern!: string;

  @Column('text', { name: 'content_pattern' })
  contentPattern!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
