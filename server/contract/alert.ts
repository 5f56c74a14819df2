import { type Static, Type } from 'typebox';

/** `silent`: a place fell silent; `surge`: far more than usual; `target`: a campaign's target was met. */
export const ALERT_KINDS = ['silent', 'surge', 'target'] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];
const AlertKindSchema = Type.Unsafe<AlertKind>({ type: 'string', enum: [...ALERT_KINDS] });

const Text = (description: string) => Type.Union([Type.String(), Type.Null()], { description });

const AcknowledgementSchema = Type.Object({
  by: Type.String({ description: 'Id of the key' }),
  at: Type.String(),
  note: Type.String(),
});
export type Acknowledgement = Static<typeof AcknowledgementSchema>;

export const AlertSchema = Type.Object(
  {
    id: Type.String({
      description: 'Follows from what the alert is about: raised once by however many servers',
    }),
    kind: AlertKindSchema,
    area: Text('Ward or former district; null: the city'),
    source_id: Text('The place that fell silent'),
    campaign: Text('Whose target was met'),
    at: Type.String({ description: 'When it happened' }),
    raised_at: Type.String(),
    text: Type.String({ description: 'In Vietnamese' }),
    text_en: Type.String(),
    value: Type.Union([Type.Number(), Type.Null()]),
    expected: Type.Union([Type.Number(), Type.Null()]),
    acknowledged: Type.Union([AcknowledgementSchema, Type.Null()]),
  },
  { $id: 'Alert' },
);
export type Alert = Static<typeof AlertSchema>;
export const AlertsSchema = Type.Object({ alerts: Type.Array(AlertSchema) }, { $id: 'Alerts' });

const STATES = ['open', 'acknowledged', 'all'] as const;
export const AlertsQuerySchema = Type.Object({
  state: Type.Optional(Type.Unsafe<(typeof STATES)[number]>({ type: 'string', enum: [...STATES] })),
  kind: Type.Optional(AlertKindSchema),
  from: Type.Optional(Type.String({ description: 'Raised at or after, RFC 3339' })),
  to: Type.Optional(Type.String({ description: 'Raised before, RFC 3339' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 200 })),
});
export type AlertsQuery = Static<typeof AlertsQuerySchema>;
export const AcknowledgeSchema = Type.Object(
  { note: Type.Optional(Type.String({ maxLength: 1000 })) },
  { additionalProperties: false },
);

/** `alert:raised`, to leaders and above. */
export type AlertRaised = Omit<Alert, 'acknowledged' | 'raised_at'>;
/** `alert:acknowledged`, to leaders and above. */
export type AlertAcknowledged = { id: string; acknowledged: Acknowledgement };
