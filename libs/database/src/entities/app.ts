import { Column, Entity, Generated, PrimaryGeneratedColumn } from 'typeorm';

/** A tenant. */
@Entity('apps')
export class App {
  @PrimaryGeneratedColumn('identity', { type: 'int', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column('text')
  organization!: string;

  @Column('text')
  name!: string;

  @Column('uuid')
  @Generated('uuid')
  uuid!: string;

  /** What the operator set of the policy; defaults fill the rest when it is read. */
  @Column('jsonb', { default: {} })
  policy!: Record<string, unknown>;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
