"""The services: each decides, hears, sees and answers for one part of the business."""
